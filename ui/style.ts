/** How the terminal can be written to: handed down to every part of a view. */

import { createContext, useContext } from 'react';

export interface Style {
  readonly color: boolean;
  readonly ascii: boolean;
}

export const StyleContext = createContext<Style>({ color: false, ascii: true });

export function useStyle(): Style {
  return useContext(StyleContext);
}
