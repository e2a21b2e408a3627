import type { Redis } from 'ioredis'
import { sentinelClient, type SentinelAccess } from './sentinel-client.js'

/** `name old-host old-port new-host new-port`: another server is the master. */
const REPLACED = '+switch-master'
/** `slave … @ name host port`, said before a replica is told that it is the master now. */
const REPLACING = '+failover-state-send-slaveof-noone'
/** `master name host port`: all stays as it is. */
const KEPT = '-failover-abort-*'

/** Between attempts to hear a sentinel. */
const RETRY_MS = 1_000
/** How long a master that is replaced is not connected to, unless a sentinel says that it stays. */
const LEFT_MS = 10_000
/** A watch that nobody uses stays for so long: a connection that is lost is going to be made anew. */
const LINGER_MS = 3_000

/** By what they listen to: all connections of this process to one set of sentinels share one. */
const watches = new Map<string, SentinelWatch>()

/** The watch of these sentinels, begun if there is none. */
export function watchOf(access: SentinelAccess): SentinelWatch {
  const key = JSON.stringify(access.address)
  let watch = watches.get(key)
  if (watch === undefined) {
    watch = new SentinelWatch(access, () => watches.delete(key))
    watches.set(key, watch)
  }
  return watch
}

/**
 * Hears from every sentinel that a master is being replaced. It has to be left then, before its end is seen: it may be
 * frozen and say nothing, or go on for a second or more, and what it takes meanwhile is thrown away when it follows the
 * next master, even where one of its replicas has acknowledged it.
 */
class SentinelWatch {
  readonly #clients: readonly Redis[]
  readonly #listeners = new Set<(server: string) => void>()
  readonly #left = new Map<string, NodeJS.Timeout>()
  readonly #masterName: string
  readonly #ended: () => void
  #linger: NodeJS.Timeout | undefined

  constructor(access: SentinelAccess, ended: () => void) {
    const { masterName, instances } = access.address
    this.#masterName = masterName
    this.#ended = ended
    this.#clients = instances.map((instance) => this.#hear(access, instance))
    this.#release()
  }

  /** True for a server, `host:port`, that is not the master much longer, or any more. */
  isLeft(server: string): boolean {
    return this.#left.has(server)
  }

  /** Call `listener` with each server that is to be left, until the function that is returned is called. */
  listen(listener: (server: string) => void): () => void {
    clearTimeout(this.#linger)
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      this.#release()
    }
  }

  #release(): void {
    if (this.#listeners.size > 0) return
    clearTimeout(this.#linger)
    this.#linger = setTimeout(() => this.#close(), LINGER_MS).unref()
  }

  #close(): void {
    this.#ended()
    for (const client of this.#clients) client.disconnect()
    for (const timer of this.#left.values()) clearTimeout(timer)
  }

  #hear(access: SentinelAccess, instance: readonly [string, number]): Redis {
    const client = sentinelClient(access, instance, { retryStrategy: () => RETRY_MS, keepAlive: 5_000 })
    client.on('error', () => undefined)
    client.on('pmessage', (_: string, channel: string, text: string) => this.#heard(channel, text.split(' ')))
    client.on('ready', () => {
      // Only what is watched for keeps a program running.
      client.stream.unref()
      client.psubscribe(REPLACED, REPLACING, KEPT).catch(() => undefined)
    })
    client.connect().catch(() => undefined)
    return client
  }

  #heard(channel: string, words: readonly string[]): void {
    // The name stands before an address in each of them.
    const at = channel === REPLACED ? 0 : channel === REPLACING ? words.indexOf('@') + 1 : 1
    const [name, host = '', port = '', nextHost = '', nextPort = ''] = words.slice(at)
    if (name !== this.#masterName) return
    const server = `${host}:${port}`
    if (channel === REPLACED || channel === REPLACING) this.#leave(server)
    else this.#stay(server)
    if (channel === REPLACED) this.#stay(`${nextHost}:${nextPort}`)
  }

  #leave(server: string): void {
    clearTimeout(this.#left.get(server))
    this.#left.set(server, setTimeout(() => this.#left.delete(server), LEFT_MS).unref())
    for (const listener of [...this.#listeners]) listener(server)
  }

  #stay(server: string): void {
    clearTimeout(this.#left.get(server))
    this.#left.delete(server)
  }
}
