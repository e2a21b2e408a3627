import type { Status } from '../control/operations.js'
import { readinessOf } from './readiness.js'
import { type Route, plain } from './server.js'

export interface RouteSources {
  readonly status: () => Promise<Status>
  /** The page for Prometheus, and its content type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>
}

/** What monitors ask for. */
export function monitorRoutes({ status, metrics }: RouteSources): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/healthz', { open: true, answer: () => plain(200, 'alive') }],
    [
      '/readyz',
      {
        open: true,
        answer: async () => {
          const { ready, reasons } = readinessOf(await status())
          const text = [ready ? 'ready' : 'not ready', ...(reasons.length === 0 ? [] : [reasons.join('; ')])].join(': ')
          return plain(ready ? 200 : 503, text)
        },
      },
    ],
    ['/metrics', { open: false, answer: async () => ({ status: 200, ...(await metrics()) }) }],
  ])
}
