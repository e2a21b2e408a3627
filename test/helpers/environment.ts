/**
 * The command that runs a Node program as it would run by itself. The test runner loads code into every Node process
 * that a test starts, to watch it; with that a process handles signals otherwise.
 */
export function plainNode(args: readonly string[]): [program: string, args: string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', process.execPath, ...args]]
}

/** The environment in which a Node program runs as it would by itself, for the same reason. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...environment } = process.env
  return environment
}
