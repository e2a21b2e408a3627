import type { Target } from './result.js'

/** A rate that stays the same, within ten per cent either way. */
export const flat: Target = { op: '±', limit: 0.1 }
