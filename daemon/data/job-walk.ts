import type { FoundJob } from '../../src/fleet/job-brief.js'
import { type JobCursor, readCursor, writeCursor } from '../../src/fleet/job-cursor.js'
import { jobIdOf } from '../../src/redis/registry-store.js'
import type { ParamsIn } from '../control/protocol.js'
import type { DataCaller } from './caller.js'

/** Which jobs a walk meets, and how many it looks at in one step. */
export type WalkParams = Omit<ParamsIn<'jobs.ids'>, 'cursor'>

/** The jobs of one step. */
export interface WalkPart {
  readonly jobs: readonly FoundJob[]
  /** How many were looked at for them. */
  readonly looked: number
}

/**
 * A walk over the jobs that are meant, in steps. Those of a step may be moved or deleted before the next: the one at
 * which the walk stands is held back until it has gone on, so that it finds its place again.
 */
export class JobWalk {
  readonly #data: Pick<DataCaller, 'call'>
  readonly #params: WalkParams
  #cursor: JobCursor | undefined
  #ended = false
  #held: FoundJob | undefined
  #part: readonly FoundJob[] = []

  constructor(data: Pick<DataCaller, 'call'>, params: WalkParams) {
    this.#data = data
    this.#params = params
  }

  /**
   * @param gone ids of the step before that are not where they were any more
   * @returns undefined at the end; a step may be empty before that
   * @throws RqdError RQD_REDIS, RQD_BAD_OPTION
   */
  async next(gone: readonly string[] = []): Promise<WalkPart | undefined> {
    if (this.#ended) return undefined
    const cursor = this.#cursor === undefined ? null : writeCursor(this.#behind(this.#cursor, new Set(gone)))
    const page = await this.#data.call('jobs.ids', { ...this.#params, cursor })
    const jobs = this.#held === undefined ? page.jobs : [this.#held, ...page.jobs]
    const at = page.cursor === null ? undefined : readCursor(page.cursor)
    this.#ended = at === undefined
    this.#cursor = at
    this.#held = at && jobs.find((job) => isAt(job, at))
    this.#part = jobs.filter((job) => job !== this.#held)
    return { jobs: this.#part, looked: page.looked }
  }

  /** Of a list, the cursor is an index: what was taken out before it moves it. */
  #behind(cursor: JobCursor, gone: ReadonlySet<string>): JobCursor {
    if (cursor.place !== 'queued') return cursor
    const before = this.#part.filter(({ id, queue, place }) => {
      return place === 'queued' && queue === cursor.queue && gone.has(id)
    })
    return { ...cursor, at: Math.max(0, cursor.at - before.length) }
  }
}

function isAt({ id, queue, place }: FoundJob, cursor: JobCursor): boolean {
  const entry = place === 'started' ? jobIdOf(cursor.entry) : cursor.entry
  return id === entry && queue === cursor.queue && place === cursor.place
}
