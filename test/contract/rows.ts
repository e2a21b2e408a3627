import type { Row } from './row.js'
import { rowsC } from './rows-c.js'
import { rowsJ } from './rows-j.js'
import { rowsP } from './rows-p.js'
import { rowsW } from './rows-w.js'

/** All rows by id. */
export const rows: Readonly<Record<string, Row>> = { ...rowsJ, ...rowsW, ...rowsC, ...rowsP }
