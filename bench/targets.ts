import type { Target } from './result.js'

/** Within ten per cent either way. */
export const flat: readonly Target[] = [
  { op: '>=', limit: 0.9 },
  { op: '<=', limit: 1.1 },
]
