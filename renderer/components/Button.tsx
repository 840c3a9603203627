import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: LucideIcon;
  readonly large?: boolean;
  readonly children: ReactNode;
}

export function Button({ tone = 'plain', icon: Icon, large = false, children, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={`button button-${tone}${large ? ' button-large' : ''}`}>
      {Icon === undefined ? null : <Icon size={16} aria-hidden />}
      <span>{children}</span>
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly icon: LucideIcon;
  readonly label: string;
}

/** A button of one glyph; its name is also its tooltip. */
export function IconButton({ icon: Icon, label, ...props }: IconButtonProps) {
  return (
    <AriaButton
      {...props}
      className="icon-button"
      aria-label={label}
      render={(domProps) => <button {...domProps} title={label} />}
    >
      <Icon size={16} aria-hidden />
    </AriaButton>
  );
}
