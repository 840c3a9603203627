import { createContext, useContext } from 'react';
import type { ByteUnits } from '../../shared/format/bytes.ts';

/** How sizes are written on this system. */
export const UnitsContext = createContext<ByteUnits>('decimal');

export function useByteUnits(): ByteUnits {
  return useContext(UnitsContext);
}
