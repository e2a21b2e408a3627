/**
 * With which line of RQ the data is shared, where one way of writing cannot serve both: `1.13`, `2.x`, or both (`mixed`).
 * docs/coexistence.md tells what differs.
 */
export type Compat = (typeof compatLines)[number]

export const compatLines = ['mixed', '1.13', '2.x'] as const

/** How rqd writes where nobody has chosen. */
export const DEFAULT_COMPAT: Compat = 'mixed'
