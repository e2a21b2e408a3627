import { RqdError } from './errors.js'

/** A job, or its id. */
export type JobRef =
  | string
  | {
      /** Its id. */
      readonly id: string
    }

/** What `dependency` takes. */
export interface DependencyOptions {
  /** The jobs that must end first. */
  jobs: JobRef | readonly JobRef[]
  /** Failed jobs among them are as good as finished ones. */
  allowFailure?: boolean
  /** When they have ended, the job goes before all that wait. */
  enqueueAtFront?: boolean
}

/** Jobs that another one waits for, and how. */
export class Dependency {
  /** The jobs that must end first. */
  readonly jobs: readonly JobRef[]
  /** Failed jobs among them are as good as finished ones. */
  readonly allowFailure: boolean
  /** When they have ended, the job goes before all that wait. */
  readonly enqueueAtFront: boolean

  /** Use `dependency`. @throws RqdError RQD_BAD_OPTION without any job */
  constructor({ jobs, allowFailure = false, enqueueAtFront = false }: DependencyOptions) {
    this.jobs = isList(jobs) ? jobs : [jobs]
    if (this.jobs.length === 0)
      throw new RqdError('RQD_BAD_OPTION', 'dependency.jobs is empty; expected a job or its id')
    this.allowFailure = allowFailure
    this.enqueueAtFront = enqueueAtFront
  }
}

/** Jobs that another one waits for, with options. */
export function dependency(options: DependencyOptions): Dependency {
  return new Dependency(options)
}

/** What a job waits for: jobs, ids, or `dependency(...)`; one or many. */
export type DependsOn = JobRef | Dependency | readonly (JobRef | Dependency)[]

/** `DependsOn` in one form. An option of one of the dependencies holds for all, as in RQ, which keeps one per job. */
export interface Parents {
  readonly ids: string[]
  readonly allowFailure: boolean
  readonly enqueueAtFront: boolean
}

const none: Parents = { ids: [], allowFailure: false, enqueueAtFront: false }

/** @throws RqdError RQD_BAD_OPTION for what is no job */
export function parentsOf(dependsOn: DependsOn | undefined): Parents {
  if (dependsOn === undefined) return none
  const list = isList(dependsOn) ? dependsOn : [dependsOn]
  const ids = new Set<string>()
  let allowFailure = false
  let enqueueAtFront = false
  for (const item of list) {
    if (!(item instanceof Dependency)) {
      ids.add(idOf(item))
      continue
    }
    for (const job of item.jobs) ids.add(idOf(job))
    allowFailure ||= item.allowFailure
    enqueueAtFront ||= item.enqueueAtFront
  }
  return { ids: [...ids], allowFailure, enqueueAtFront }
}

function idOf(job: JobRef): string {
  // Callers without types pass anything, and a promise where they forgot to await it.
  const id: unknown = typeof job === 'string' ? job : (job as Partial<Exclude<JobRef, string>> | null | undefined)?.id
  if (typeof id === 'string' && id !== '') return id
  const found = job instanceof Promise ? 'a promise (await it first)' : (JSON.stringify(job) as string | undefined)
  throw new RqdError('RQD_BAD_OPTION', `dependsOn holds ${found ?? typeof job}; expected a job or its id`)
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
