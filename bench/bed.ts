import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisServer } from '../chaos/redis-server.js'
import { killAll } from './processes.js'

const beds = new Set<Bed>()
const ending = new AbortController()
/** What those get that were at work when everything was ended: nothing, so that they do not complain or go on. */
const never = new Promise<never>(() => undefined)

/** A folder and a fresh private Redis on a Unix socket in it: what every single measurement begins with. */
export class Bed {
  readonly folder: string
  readonly server: RedisServer

  private constructor(folder: string) {
    this.folder = folder
    this.server = new RedisServer(folder, false)
  }

  static async use<T>(work: (bed: Bed) => Promise<T>): Promise<T> {
    const bed = new Bed(mkdtempSync(join(tmpdir(), 'rqd-bench-')))
    beds.add(bed)
    try {
      ending.signal.throwIfAborted()
      await bed.server.start()
      return await work(bed)
    } catch (thrown) {
      if (ending.signal.aborted) return await never
      throw thrown
    } finally {
      await bed.server.end()
      await rm(bed.folder, { recursive: true, force: true })
      beds.delete(bed)
    }
  }

  /** End everything that runs, for an interruption. */
  static async endAll(): Promise<void> {
    ending.abort()
    killAll()
    for (const { server, folder } of beds) {
      server.killNow()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
