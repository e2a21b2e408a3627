/**
 * How a daemon gets its socket to a path without ever sharing it:
 *
 * 1. It listens on a hidden name in the same folder, mode 0600, and gives it its group and mode there, so that nobody
 *    meets a socket that is half made.
 * 2. It links that socket to the path. A link never replaces a file: of two daemons one fails with EEXIST.
 * 3. Only a socket that refuses connections (its daemon is dead) is moved away, and deleted if what was moved is what
 *    was proved stale; otherwise it is put back.
 *
 * All of it under a lock that the kernel drops with the process (an abstract socket, Linux), because a link and a
 * removal are two steps. Daemons in different network namespaces do not see that lock; step 3 is their guard.
 */
import type { BigIntStats } from 'node:fs'
import { chmod, chown, link, lstat, rename, stat, unlink } from 'node:fs/promises'
import { type Server, connect, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RqdError, coerceError } from '../../src/errors.js'
import { systemRandom } from '../../src/random.js'
import { type SocketAccess, ownerOnly } from './socket-access.js'
import { ownUid } from './socket-path.js'

/** A socket that we placed. */
export interface PlacedSocket {
  /** Remove it from its path, if it is still the one there. */
  remove(): Promise<void>
}

const ATTEMPTS = 10
const LOCK_POLL_MS = 20
const LOCK_POLLS = 250

/**
 * Let `server` listen at `path`, for those whom `access` names.
 * @throws RqdError RQD_SOCKET_IN_USE if a daemon answers there or cannot be proved dead, RQD_BAD_OPTION if a file that is no socket is there, or if this process may not give it to that group.
 */
export async function placeSocket(
  server: Server,
  path: string,
  access: SocketAccess = ownerOnly,
): Promise<PlacedSocket> {
  const folder = dirname(path)
  const unlock = await lockFolder(folder, path)
  const hidden = join(folder, hiddenName(path))
  try {
    await listenHidden(server, hidden)
    await open(hidden, path, access)
    const own = await lstat(hidden, { bigint: true })
    await linkTo(path, hidden)
    return { remove: () => removeIfSame(path, own) }
  } catch (thrown) {
    await new Promise((resolve) => server.close(resolve))
    if (thrown instanceof RqdError) throw thrown
    throw new RqdError('RQD_BAD_OPTION', `no control socket can be made at ${path}: ${coerceError(thrown).message}`, {
      cause: thrown,
    })
  } finally {
    await unlink(hidden).catch(ignoreMissing)
    await unlock()
  }
}

async function linkTo(path: string, hidden: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await link(hidden, path)
      return
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
    }
    await clearStale(path)
  }
  throw inUse(path, 'others keep replacing it')
}

// What lies at the path goes away if it is the socket of a dead daemon.
async function clearStale(path: string): Promise<void> {
  const found = await lstat(path, { bigint: true }).catch(ignoreMissing)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new RqdError(
      'RQD_BAD_OPTION',
      `${path} is there already and is no socket; it is left alone: remove it, or choose another path with --socket`,
    )
  }
  const answer = await probe(path)
  if (answer === 'ENOENT') return
  if (answer !== 'ECONNREFUSED') throw inUse(path, answer === 'connected' ? 'it answers' : `probing it gave ${answer}`)
  const aside = join(dirname(path), hiddenName(path))
  try {
    await rename(path, aside)
  } catch (thrown) {
    ignoreMissing(thrown)
    return
  }
  const moved = await lstat(aside, { bigint: true })
  try {
    if (!isSame(moved, found)) {
      // A daemon came up between the proof and the move: give it back its place.
      await link(aside, path).catch(() => undefined)
      throw inUse(path, 'another daemon has just taken it')
    }
  } finally {
    await unlink(aside)
  }
}

/** Connect and hang up. @returns 'connected' or the error's code. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error) => resolve(codeOf(error) ?? error.message))
  })
}

function listenHidden(server: Server, hidden: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Binding happens inside this call, so no other file is made under this mask.
    const before = process.umask(0o177)
    try {
      server.listen(hidden, () => {
        server.off('error', reject)
        chmod(hidden, 0o600).then(resolve, reject)
      })
    } finally {
      process.umask(before)
    }
  })
}

// Group first: until it is the right one, the mode lets nobody in.
async function open(hidden: string, path: string, { mode, groupId }: SocketAccess): Promise<void> {
  if (groupId !== null) {
    await chown(hidden, ownUid(), groupId).catch((thrown: unknown) => {
      throw new RqdError(
        'RQD_BAD_OPTION',
        `the control socket ${path} cannot be given to the group ${groupId} (${coerceError(thrown).message}): this process is not in it; add its user with "usermod -aG", or name another group`,
        { cause: thrown },
      )
    })
  }
  await chmod(hidden, mode)
}

async function lockFolder(folder: string, path: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve()
  const { dev, ino } = await stat(folder)
  for (let poll = 0; poll < LOCK_POLLS; poll++) {
    const lock = await tryLock(`\0rqd-control:${dev}:${ino}`)
    if (lock !== undefined) return () => new Promise((resolve) => lock.close(() => resolve()))
    await delay(LOCK_POLL_MS)
  }
  throw inUse(path, 'another daemon has been starting in its folder for too long')
}

function tryLock(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const lock = createServer((socket) => socket.destroy())
    lock.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    lock.listen(name, () => resolve(lock))
  })
}

async function removeIfSame(path: string, own: BigIntStats): Promise<void> {
  const found = await lstat(path, { bigint: true }).catch(ignoreMissing)
  if (found !== undefined && isSame(found, own)) await unlink(path).catch(ignoreMissing)
}

// A number of a deleted file may be given out again; the time of its making tells them apart.
function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.mtimeNs === b.mtimeNs
}

// No longer than the socket's own name where that is long, so that the hidden path fits wherever the path does.
function hiddenName(path: string): string {
  return `.${systemRandom.hex(Math.max(1, Math.min(12, Buffer.byteLength(basename(path)) - 1)))}`
}

function inUse(path: string, why: string): RqdError {
  return new RqdError(
    'RQD_SOCKET_IN_USE',
    `the control socket ${path} belongs to another daemon (${why}); stop that one, or choose another path with --socket`,
  )
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code
}

function ignoreMissing(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'ENOENT') throw thrown
}
