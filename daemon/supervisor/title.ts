import type { DaemonState } from '../control/operations.js'

/** How often the title is looked at; it is written when it has changed. */
const LOOK_MS = 250

/** What `ps` and `top` show of a supervisor: `rqd: supervisor high,low 3 busy`, with its state where that is unusual. */
export function supervisorTitle(queues: readonly string[], busy: number, state: DaemonState): string {
  const doing = busy === 0 ? 'idle' : `${busy} busy`
  const aside = state === 'running' ? '' : ` (${state})`
  return `rqd: supervisor ${queues.join(',')} ${doing}${aside}`
}

/** Keep the title true. @returns ends it; it keeps no process alive */
export function keepTitle(title: () => string, set: (title: string) => void): () => void {
  let shown = title()
  set(shown)
  const timer = setInterval(() => {
    const now = title()
    if (now === shown) return
    shown = now
    set(now)
  }, LOOK_MS).unref()
  return () => clearInterval(timer)
}
