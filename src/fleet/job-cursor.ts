import { RqdError } from '../errors.js'
import { jobPlaces, type JobPlaceName } from './job-place.js'

/** How far a reader of lists of jobs has come: the last entry that it has seen, and where that stood. */
export interface JobCursor {
  readonly queue: string
  readonly place: JobPlaceName
  /** The entry as it is in Redis. */
  readonly entry: string
  /** Its index on a list, or its score in a registry. */
  readonly at: number
}

/** A cursor as text for whoever asks for the next part: to be given back as it is. */
export function writeCursor({ queue, place, entry, at }: JobCursor): string {
  return Buffer.from(JSON.stringify([queue, place, entry, at])).toString('base64url')
}

/** @throws RqdError RQD_BAD_OPTION for a text that `writeCursor` did not make */
export function readCursor(text: string): JobCursor {
  const parts = parse(text)
  const [queue, place, entry, at] = parts
  if (parts.length === 4 && typeof queue === 'string' && typeof entry === 'string' && typeof at === 'number') {
    const known = jobPlaces.find((each) => each === place)
    if (known !== undefined) return { queue, place: known, entry, at }
  }
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
  throw new RqdError('RQD_BAD_OPTION', `cursor is ${shown}; expected the cursor of the answer before, or none to begin`)
}

function parse(text: string): unknown[] {
  try {
    const found: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(found) ? found : []
  } catch {
    return []
  }
}
