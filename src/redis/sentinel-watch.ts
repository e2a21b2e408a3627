import type { Redis } from 'ioredis'
import { sentinelClient, type SentinelAccess } from './sentinel-client.js'

/** Sentinels tell of a new master here: `name old-host old-port new-host new-port`. */
const CHANNEL = '+switch-master'
/** Between attempts to hear a sentinel. */
const RETRY_MS = 1_000

type Listener = (master: string) => void

/** By what they listen to: all connections of this process to one set of sentinels share one. */
const watches = new Map<string, SentinelWatch>()

/**
 * Hear of fail-overs, until the function that is returned is called. `listener` gets the new master, `host:port`: what
 * is connected to another server is connected to the wrong one, even where that one still answers, or never will again.
 */
export function watchMaster(access: SentinelAccess, listener: Listener): () => void {
  const key = JSON.stringify(access.address)
  let watch = watches.get(key)
  if (watch === undefined) watches.set(key, (watch = new SentinelWatch(access)))
  const ours = watch
  ours.listeners.add(listener)
  return () => {
    ours.listeners.delete(listener)
    if (ours.listeners.size > 0) return
    ours.close()
    if (watches.get(key) === ours) watches.delete(key)
  }
}

/** Subscriptions to every sentinel. One that is away is tried again and again; any of them is enough. */
class SentinelWatch {
  readonly listeners = new Set<Listener>()
  readonly #clients: readonly Redis[]

  constructor(access: SentinelAccess) {
    const { masterName, instances } = access.address
    this.#clients = instances.map((instance) => {
      const client = sentinelClient(access, instance, {
        retryStrategy: () => RETRY_MS,
        keepAlive: 5_000,
        connectionName: 'rqd-watch',
      })
      client.on('error', () => undefined)
      client.on('message', (_: string, text: string) => {
        const [name, , , host, port] = text.split(' ')
        if (name === masterName) for (const listener of [...this.listeners]) listener(`${host ?? ''}:${port ?? ''}`)
      })
      client.on('ready', () => void client.subscribe(CHANNEL).catch(() => undefined))
      client.connect().catch(() => undefined)
      return client
    })
  }

  close(): void {
    for (const client of this.#clients) client.disconnect()
  }
}
