import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisServer } from '../chaos/redis-server.js'
import { killAll } from './processes.js'

const beds = new Set<Bed>()

/** A folder and a fresh private Redis on a Unix socket in it: what every single measurement begins with. */
export class Bed {
  readonly folder: string
  readonly server: RedisServer

  private constructor(folder: string) {
    this.folder = folder
    this.server = new RedisServer(folder, false)
  }

  static async use<T>(work: (bed: Bed) => Promise<T>): Promise<T> {
    const bed = new Bed(await mkdtemp(join(tmpdir(), 'rqd-bench-')))
    beds.add(bed)
    try {
      await bed.server.start()
      return await work(bed)
    } finally {
      await bed.server.end()
      await rm(bed.folder, { recursive: true, force: true })
      beds.delete(bed)
    }
  }

  /** End everything that runs, for an interruption. */
  static async endAll(): Promise<void> {
    killAll()
    for (const { server, folder } of beds) {
      server.killNow()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
