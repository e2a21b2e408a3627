import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

/**
 * Databases of a server that somebody else may use too. One is taken only while it is empty, under a mark of ours in
 * the first database, which runs out by itself; only one that was taken so is ever flushed, and the first one never is.
 */
export interface LentDatabase {
  readonly url: string
  /** Empty it and give it back. */
  release(): Promise<void>
}

/** A test file that takes longer has hung. */
const MARK_SEC = 600
const BOUND_MS = 60_000
const RETRY_MS = 200
/** More are not looked for, however many the server has. */
const MOST_DATABASES = 64

const markOf = (database: number): string => `rqd-test:database:${database}`

/** The same server's database of this number. */
export function databaseUrl(serverUrl: string, database: number): string {
  const url = new URL(serverUrl)
  if (url.protocol === 'unix:') url.searchParams.set('db', String(database))
  else url.pathname = `/${database}`
  return url.href
}

/** How ioredis is told of it: of the scheme unix:// it knows nothing. */
export function clientFor(url: string): Redis {
  const { protocol, pathname, searchParams } = new URL(url)
  if (protocol !== 'unix:') return new Redis(url, { maxRetriesPerRequest: null })
  return new Redis({ path: pathname, db: Number(searchParams.get('db') ?? 0), maxRetriesPerRequest: null })
}

/**
 * Take an empty database of a server; waits while others of ours have all of them.
 * @throws Error if there is none within a minute
 */
export async function lendDatabase(serverUrl: string, owner: string): Promise<LentDatabase> {
  const marks = clientFor(databaseUrl(serverUrl, 0))
  marks.on('error', () => undefined)
  const deadline = performance.now() + BOUND_MS
  for (;;) {
    for (let database = 1; database < MOST_DATABASES; database += 1) {
      const url = databaseUrl(serverUrl, database)
      const isMarked = (await marks.set(markOf(database), owner, 'EX', MARK_SEC, 'NX')) === 'OK'
      if (!isMarked) continue
      const size = await sizeOf(url)
      if (size === 0) return { url, release: () => release(marks, url, database, owner) }
      await marks.del(markOf(database))
      // There are no more of them.
      if (size === undefined) break
    }
    if (performance.now() > deadline) {
      marks.disconnect()
      throw new Error(
        `no empty database at ${new URL(serverUrl).host} within ${BOUND_MS} ms: empty one of 1 to 15, or name another server in REDIS_URL`,
      )
    }
    await delay(RETRY_MS)
  }
}

async function release(marks: Redis, url: string, database: number, owner: string): Promise<void> {
  try {
    // A mark that has run out may be somebody else's by now, and with it the database.
    if ((await marks.get(markOf(database))) !== owner) return
    const client = clientFor(url)
    await client.flushdb()
    client.disconnect()
    await marks.del(markOf(database))
  } finally {
    marks.disconnect()
  }
}

/** Undefined if there is no such database. */
async function sizeOf(url: string): Promise<number | undefined> {
  const client = clientFor(databaseUrl(url, 0))
  client.on('error', () => undefined)
  try {
    await client.select(databaseOf(url))
    return await client.dbsize()
  } catch (thrown) {
    if (String(thrown).includes('out of range')) return undefined
    throw thrown
  } finally {
    client.disconnect()
  }
}

function databaseOf(url: string): number {
  const { protocol, pathname, searchParams } = new URL(url)
  return Number(protocol === 'unix:' ? searchParams.get('db') : pathname.slice(1))
}
