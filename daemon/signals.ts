/**
 * The only place that listens for signals. docs/signals.md tables process by signal.
 */

/**
 * The executor's set: what a terminal sends to everyone (Ctrl+C, hang-up) is for the supervisor, which tells its
 * executors over the channel. SIGTERM keeps its default, so that it ends even a function that never yields.
 */
export function ignoreTerminalSignals(): void {
  process.on('SIGINT', ignore)
  process.on('SIGHUP', ignore)
}

function ignore(): void {
  // Being heard is what keeps the signal from ending the process.
}

/** What an operator asks for by a signal, beside a stop. */
export type SignalWish = 'reload' | 'quiet' | 'resume' | 'grow' | 'shrink' | 'dump'

/** The signals that ask the supervisor for something while it goes on. SIGTSTP is what Ctrl+Z sends. */
export const wishes = {
  SIGHUP: 'reload',
  SIGTSTP: 'quiet',
  SIGUSR1: 'quiet',
  SIGCONT: 'resume',
  SIGTTIN: 'grow',
  SIGTTOU: 'shrink',
  SIGUSR2: 'dump',
} as const satisfies Partial<Record<NodeJS.Signals, SignalWish>>

/** Hear these signals. The handler only passes them on. Returns a function that stops listening. */
export function onWish(wish: (signal: keyof typeof wishes, what: SignalWish) => void): () => void {
  const heard = Object.entries(wishes) as [keyof typeof wishes, SignalWish][]
  const listeners = heard.map(([signal, what]) => [signal, () => wish(signal, what)] as const)
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/**
 * The supervisor's set: SIGTERM and SIGINT ask it to stop, the first time well, any later time at once. The handler
 * only counts; what stopping means is the composition root's business. Returns a function that stops listening.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals, times: number) => void): () => void {
  let times = 0
  const hear = (signal: NodeJS.Signals): void => {
    times += 1
    stop(signal, times)
  }
  process.on('SIGTERM', hear)
  process.on('SIGINT', hear)
  return () => {
    process.off('SIGTERM', hear)
    process.off('SIGINT', hear)
  }
}
