/**
 * The environment without what the test runner puts there to watch child processes: with it a process handles signals
 * otherwise than a program does that runs by itself.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TAP|_TAPJS|NODE_OPTIONS)/.test(name)))
}
