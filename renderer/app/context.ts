import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Capabilities } from '../../shared/contract/app.ts';
import type { TidemarkClient } from '../../shared/contract/contract.ts';
import type { Plan } from '../../shared/contract/plans.ts';
import type { Run } from '../../shared/contract/runs.ts';
import type { Messages } from '../features/messages/messages-store.ts';
import type { Stores } from './stores.ts';

export interface AppValue {
  readonly client: TidemarkClient;
  readonly stores: Stores;
}

export const AppContext = createContext<AppValue | null>(null);

export function useApp(): AppValue {
  const value = useContext(AppContext);
  if (value === null) throw new Error('This component needs the application around it.');
  return value;
}

export function useClient(): TidemarkClient {
  return useApp().client;
}

export function usePlans(): readonly Plan[] {
  return useStore(useApp().stores.plans, (state) => state.value) ?? none;
}

export function useRuns(): readonly Run[] {
  return useStore(useApp().stores.runs, (state) => state.value) ?? none;
}

export function useCapabilities(): Capabilities | undefined {
  return useStore(useApp().stores.capabilities, (state) => state.value);
}

export function useMessages(): Pick<Messages, 'show' | 'announce' | 'dismiss'> {
  return useApp().stores.messages.getState();
}

const none: readonly never[] = [];
