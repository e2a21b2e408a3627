/**
 * Stands between a worker and Redis and delays what they say, each direction by a part of the round trip, without
 * limiting how much is under way. Runs in a thread of its own, so that what else the benchmark does holds nothing up:
 * `new Worker(proxy.js, { workerData: { from, to, roundTripMs } })` posts `ready` when it listens on the socket `from`.
 */
import { connect, createServer, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

interface Given {
  readonly from: string
  readonly to: string
  readonly roundTripMs: number
}

const { from, to, roundTripMs } = workerData as Given
// Timers know whole milliseconds only.
const upMs = Math.ceil(roundTripMs / 2)
const downMs = roundTripMs - upMs

function forward(source: Socket, target: Socket, delayMs: number): void {
  // Timers of one length end in the order in which they began.
  const later = (act: () => void): void => {
    if (delayMs === 0) act()
    else setTimeout(act, delayMs)
  }
  source.on('data', (chunk: Buffer) =>
    later(() => {
      if (target.writable) target.write(chunk)
    }),
  )
  source.on('end', () => later(() => target.end()))
  source.on('error', () => target.destroy())
  source.on('close', () => later(() => target.destroy()))
}

const server = createServer({ allowHalfOpen: true }, (client) => {
  const redis = connect({ path: to, allowHalfOpen: true })
  forward(client, redis, upMs)
  forward(redis, client, downMs)
})
server.listen(from, () => parentPort?.postMessage('ready'))
