import type { Keys } from './keys.js'

/** What a key is for, by its name: what it belongs to is `id` (a job, worker, supervisor, …) or `queue`. */
export interface KeyFamily {
  readonly family:
    | 'job'
    | 'dependents'
    | 'dependencies'
    | 'results'
    | 'executions'
    | 'execution'
    | 'queue'
    | 'intermediate'
    | 'queueWorkers'
    | 'worker'
    | 'workerExecutions'
    | 'lock'
    | 'claims'
    | 'supervisor'
    | RegistryName
    | 'other'
  readonly id: string
  readonly queue: string
}

/** The registries, as their keys name them. */
export const registryNames = ['wip', 'finished', 'failed', 'deferred', 'scheduled', 'canceled'] as const
export type RegistryName = (typeof registryNames)[number]

type Rule = readonly [
  begin: string,
  end: string,
  make: (name: string) => Omit<KeyFamily, 'family'>,
  KeyFamily['family'],
]

const byId = (id: string): Omit<KeyFamily, 'family'> => ({ id, queue: '' })
const byQueue = (queue: string): Omit<KeyFamily, 'family'> => ({ id: '', queue })

/** The key of a registry. */
export function registryKey(keys: Keys, name: RegistryName, queue: string): string {
  return name === 'wip' ? keys.started(queue) : keys[name](queue)
}

/** @returns a reader of key names: the inverse of `Keys`. */
export function familyReader(keys: Keys): (key: string) => KeyFamily {
  const rules = [
    ...around(keys.intermediate('\0'), byQueue, 'intermediate'),
    ...around(keys.dependencies('\0'), byId, 'dependencies'),
    ...around(keys.dependents('\0'), byId, 'dependents'),
    ...around(keys.workerExecutions('\0'), byId, 'workerExecutions'),
    ...around(keys.job('\0'), byId, 'job'),
    ...around(keys.results('\0'), byId, 'results'),
    ...around(keys.executions('\0'), byId, 'executions'),
    ...around(keys.execution('\0', ''), byExecution, 'execution', true),
    ...around(keys.queue('\0'), byQueue, 'queue'),
    ...around(keys.queueWorkers('\0'), byQueue, 'queueWorkers'),
    ...around(keys.worker('\0'), byId, 'worker'),
    ...around(keys.schedulerLock('\0'), byQueue, 'lock'),
    ...around(keys.cleaning('\0'), byQueue, 'lock'),
    ...around(keys.claims('\0'), byId, 'claims'),
    ...around(keys.supervisor('\0'), byId, 'supervisor'),
    ...registryNames.flatMap((name) => around(registryKey(keys, name, '\0'), byQueue, name)),
  ]
  // What RQ notes of an id on an intermediate list, and where it puts a queue while it compacts it.
  const notes = `${keys.intermediate('')}:`.slice(keys.queue('').length)
  const temporary = keys.queue('_compact:')
  return (key) => {
    for (const [begin, end, make, family] of rules) {
      if (!key.startsWith(begin) || !key.endsWith(end) || key.length <= begin.length + end.length) continue
      const passing = family === 'queue' && (key.startsWith(temporary) || key.includes(notes))
      if (!passing) return { family, ...make(key.slice(begin.length, key.length - end.length)) }
    }
    return { family: 'other', id: '', queue: '' }
  }
}

function around(
  pattern: string,
  make: Rule[2],
  family: KeyFamily['family'],
  beginOnly = false,
): [Rule[0], Rule[1], Rule[2], KeyFamily['family']][] {
  const [begin = '', end = ''] = pattern.split('\0')
  return [[begin, beginOnly ? '' : end, make, family]]
}

// `ID:E`; an id may hold colons itself, an execution never does.
function byExecution(name: string): Omit<KeyFamily, 'family'> {
  return byId(name.slice(0, Math.max(0, name.lastIndexOf(':'))))
}
