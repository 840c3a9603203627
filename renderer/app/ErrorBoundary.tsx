import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';
import { Button } from '../components/Button.tsx';

interface Props {
  readonly children: ReactNode;
  readonly report: (problem: { message: string; where: string }) => void;
}

interface State {
  readonly failed: boolean;
}

/** A screen that fails says so and can be opened again; the rest of the page and main go on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    const where = (info.componentStack ?? '').slice(0, 4_000);
    this.props.report({ message: error.message.slice(0, 4_000), where });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="screen screen-narrow" role="alert">
        <h1>This screen could not be shown</h1>
        <p>This is a fault in Tidemark. Your backups are not affected and go on.</p>
        <div className="row">
          <Button tone="primary" onPress={() => this.setState({ failed: false })}>
            Show it again
          </Button>
        </div>
      </div>
    );
  }
}
