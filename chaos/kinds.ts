/** What the harness can do to the system, and what each is for. */
export const strikeKinds = {
  supervisor: 'SIGKILL a supervisor alone; its executors must end by themselves',
  tree: 'SIGKILL a supervisor and all its executors',
  executor: 'SIGKILL one executor',
  freeze: 'SIGSTOP a supervisor for a while, shorter or longer than its lease',
  'freeze-executor': 'SIGSTOP one executor for a while',
  redis: 'SIGKILL Redis and start it again (needs --aof always)',
  'freeze-redis': 'SIGSTOP Redis for a while',
  cut: 'cut all connections of a daemon to Redis',
  hole: 'swallow all that a daemon and Redis say to each other for a while (half-open connections)',
  python: 'SIGKILL the Python RQ worker beside ours (needs --python-worker)',
} as const

export type StrikeKind = keyof typeof strikeKinds

/** Those that end a process of ours, as opposed to what stops it or its Redis for a while. */
export const killKinds: ReadonlySet<StrikeKind> = new Set(['supervisor', 'tree', 'executor', 'python'])

/** Those that stand between a daemon and Redis. */
export const wireKinds: ReadonlySet<StrikeKind> = new Set(['cut', 'hole'])

/** Those that hit every process, because they hit Redis. */
export const redisKinds: ReadonlySet<StrikeKind> = new Set(['redis', 'freeze-redis'])

/** Those that last a while. */
export const lastingKinds: ReadonlySet<StrikeKind> = new Set(['freeze', 'freeze-executor', 'freeze-redis', 'hole'])

export function isStrikeKind(text: string): text is StrikeKind {
  return Object.hasOwn(strikeKinds, text)
}
