import { mkdirSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisServer } from '../chaos/redis-server.js'
import { freePort } from '../chaos/free-port.js'
import { killAll } from './processes.js'

const FOLLOWED_BOUND_MS = 20_000
const LOOK_MS = 100

const beds = new Set<Bed>()
const ending = new AbortController()
/** What those get that were at work when everything was ended: nothing, so that they do not complain or go on. */
const never = new Promise<never>(() => undefined)

/** A folder and a fresh private Redis on a Unix socket in it: what every single measurement begins with. */
export class Bed {
  readonly folder: string
  readonly server: RedisServer
  /** Follows the server, where one was asked for. */
  #replica: RedisServer | undefined

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.server = new RedisServer(folder, false, ['--port', String(port), '--repl-diskless-sync-delay', '0'])
  }

  /** @param isReplicated with a replica on this machine, which has what the server has when the work begins */
  static async use<T>(work: (bed: Bed) => Promise<T>, isReplicated = false): Promise<T> {
    const port = isReplicated ? await freePort() : 0
    const bed = new Bed(mkdtempSync(join(tmpdir(), 'rqd-bench-')), port)
    beds.add(bed)
    try {
      ending.signal.throwIfAborted()
      await bed.server.start()
      if (isReplicated) await bed.#replicate(port)
      return await work(bed)
    } catch (thrown) {
      if (ending.signal.aborted) return await never
      throw thrown
    } finally {
      await bed.#replica?.end()
      await bed.server.end()
      await rm(bed.folder, { recursive: true, force: true })
      beds.delete(bed)
    }
  }

  async #replicate(port: number): Promise<void> {
    const folder = join(this.folder, 'replica')
    mkdirSync(folder)
    this.#replica = new RedisServer(folder, false, ['--replicaof', `127.0.0.1 ${port}`])
    await this.#replica.start()
    const end = performance.now() + FOLLOWED_BOUND_MS
    while ((await this.server.client.wait(1, LOOK_MS)) === 0) {
      if (performance.now() > end) throw new Error(`the replica does not follow; see ${folder}/redis.log`)
    }
  }

  /** End everything that runs, for an interruption. */
  static async endAll(): Promise<void> {
    ending.abort()
    killAll()
    for (const bed of beds) {
      const { server, folder } = bed
      bed.#replica?.killNow()
      server.killNow()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
