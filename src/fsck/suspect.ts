import type { KindName } from './kinds.js'

/** Something that looks wrong in one look that was no single step: a second opinion decides. */
export interface Suspect {
  readonly kind: KindName
  /** The key in which it is wrong. */
  readonly key: string
  /** What it is about: the id of a job, a worker or a supervisor; empty where it is a queue, or the key itself. */
  readonly id: string
  readonly queue: string
  /** The member of the key, where it holds several. */
  readonly entry: string
  /** Which of the cases of its kind, as the script of the kind names them. */
  readonly place: string
  /** What was found. */
  readonly found: string
}

/** A suspect with nothing left out. */
export function suspect(given: Pick<Suspect, 'kind' | 'key' | 'found'> & Partial<Suspect>): Suspect {
  return { id: '', queue: '', entry: '', place: '', ...given }
}
