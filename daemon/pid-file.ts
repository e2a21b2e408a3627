import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { RqdError, coerceError } from '../src/errors.js'
import { systemRandom } from '../src/random.js'
import { startedAtMs } from './host.js'

/** A file that holds our process id. */
export interface PidFile {
  /** Remove it, if it is still ours. */
  remove(): Promise<void>
}

const ATTEMPTS = 5
/** How far the clocks of processes and of files may be apart. */
const MARGIN_MS = 2_000

/**
 * Write the id of process `pid` into a file, whole or not at all. A file that a dead process left is replaced; one
 * whose process runs is left alone.
 * @throws RqdError RQD_BAD_OPTION if a process holds it, or the file cannot be written, or is no such file.
 */
export async function writePidFile(path: string, pid: number = process.pid): Promise<PidFile> {
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path)
  const own = join(dirname(file), `.${basename(file)}.${systemRandom.hex(8)}`)
  try {
    await writeFile(own, `${pid}\n`, { flag: 'wx', mode: 0o644 })
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        // A link never replaces a file: of two daemons that start at once, one fails.
        await link(own, file)
        return { remove: () => removeOwn(file, pid) }
      } catch (thrown) {
        if (codeOf(thrown) !== 'EEXIST') throw thrown
      }
      await clearStale(file, pid)
    }
    throw refusal(file, 'others keep replacing it')
  } catch (thrown) {
    if (thrown instanceof RqdError) throw thrown
    throw refusal(file, `it cannot be written: ${coerceError(thrown).message}`, thrown)
  } finally {
    await unlink(own).catch(() => undefined)
  }
}

/** Who holds a file with a process id: nobody, a process that is dead, or one that runs. */
export type PidFileState =
  { state: 'none' } | { state: 'stale' } | { state: 'held'; pid: number } | { state: 'foreign' }

/** Look at a file with a process id. Our own id in it is from a life before, as in a container. */
export async function readPidFile(file: string, ownPid: number = process.pid): Promise<PidFileState> {
  try {
    const { mtimeMs } = await stat(file)
    const text = (await readFile(file, 'utf8')).trim()
    if (text === '') return { state: 'stale' }
    if (!/^\d{1,10}$/.test(text)) return { state: 'foreign' }
    const pid = Number(text)
    const startMs = pid === 0 || pid === ownPid ? null : startedAtMs(pid)
    // A process that began after the file was written only has the same number.
    return startMs === null || startMs > mtimeMs + MARGIN_MS ? { state: 'stale' } : { state: 'held', pid }
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return { state: 'none' }
    throw thrown
  }
}

async function clearStale(file: string, ownPid: number): Promise<void> {
  const found = await readPidFile(file, ownPid)
  if (found.state === 'none') return
  if (found.state === 'held') throw refusal(file, `process ${found.pid}, which it names, is running`)
  if (found.state === 'foreign') throw refusal(file, 'it holds something else than a process id; it is left alone')
  const aside = join(dirname(file), `.${basename(file)}.${systemRandom.hex(8)}`)
  await rename(file, aside).catch(ignoreMissing)
  const moved = await readPidFile(aside, ownPid)
  // Another daemon came between the look and the move: give it back its place.
  if (moved.state === 'held') await link(aside, file).catch(() => undefined)
  await unlink(aside).catch(ignoreMissing)
}

async function removeOwn(file: string, pid: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing)
  if (text?.trim() === String(pid)) await unlink(file).catch(ignoreMissing)
}

function refusal(file: string, why: string, cause?: unknown): RqdError {
  const text = `the process id cannot be kept in ${file}: ${why}; stop that daemon, or choose another file with --pid`
  return new RqdError('RQD_BAD_OPTION', text, cause === undefined ? {} : { cause })
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code
}

function ignoreMissing(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'ENOENT') throw thrown
}
