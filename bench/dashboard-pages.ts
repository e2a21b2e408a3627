import { type AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { mountDashboard } from '../daemon/dashboard/mount.js'
import type { DataCaller } from '../daemon/data/caller.js'
import { systemClock } from '../src/clock.js'
import { silentLogger } from '../src/logger.js'

/** Pages as operators ask for them, on the data of `fillDashboard`. */
export const pagesToAsk: readonly (readonly [what: string, path: string])[] = [
  ['overview, an hour', '/'],
  ['overview, a day', '/?range=24h'],
  ['queues', '/queues'],
  ['jobs, everywhere', '/jobs'],
  ['jobs that wait', '/jobs?status=queued'],
  ['failed jobs', '/jobs?status=failed'],
  ['failed jobs of one queue', '/jobs?status=failed&queue=queue-7'],
  ['failed jobs of a function', '/jobs?status=failed&func=tasks.aa'],
  ['failed jobs with a text that none has', '/jobs?status=failed&error=no-such-text'],
  ['waiting jobs of a function that none calls', '/jobs?status=queued&func=nothing.*'],
  ['the first job', `/job?id=${idOf('9000', 0)}`],
  ['a job in the middle of its queue', `/job?id=${idOf('9000', 550_000)}`],
  ['the last job', `/job?id=${idOf('9000', 999_999)}`],
  ['a failed job', `/job?id=${idOf('8000', 123_456)}`],
  ['a job that there is not', '/job?id=nothing'],
  ['failures', '/failures'],
  ['workers', '/workers'],
  ['schedule', '/schedule'],
  ['daemons', '/daemons'],
]

/** Asks for each page so many times. @returns milliseconds of each answer, by what was asked for */
export async function askPages(data: DataCaller, times: number): Promise<Map<string, number[]>> {
  const mounted = mountDashboard({
    data,
    admission: { kind: 'application', authenticate: () => ({ name: 'bench', role: 'operate' }) },
    clock: systemClock,
    logger: silentLogger,
  })
  const server = createServer((request, response) => {
    void mounted.handle(request, response, { base: '', path: (request.url ?? '/').split('?', 1)[0] ?? '/' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const found = new Map<string, number[]>()
  try {
    for (const [what, path] of pagesToAsk) {
      const all: number[] = []
      for (let i = 0; i < times; i++) {
        const from = performance.now()
        const reply = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' })
        await reply.text()
        all.push(performance.now() - from)
        if (reply.status >= 500) throw new Error(`${path} answered ${reply.status}`)
      }
      found.set(what, all)
    }
  } finally {
    server.close()
    server.closeAllConnections()
    await mounted.close()
  }
  return found
}

function idOf(kind: string, number: number): string {
  return `00000000-0000-4000-${kind}-${number.toString(16).padStart(12, '0')}`
}
