import { constants } from 'node:fs'
import { access, lstat } from 'node:fs/promises'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { coerceError } from '../../src/errors.js'
import { checkSocketPath, ownUid } from '../control/socket-path.js'
import { readPidFile } from '../pid-file.js'
import { type Finding, fail, ok } from './finding.js'

const OTHER_SOCKET = 'choose another path with --socket'
/** A socket that does not answer within this belongs to somebody all the same. */
const PROBE_LIMIT_MS = 2_000

/** Whether the control socket can be made there. Makes nothing. */
export async function checkSocket(given: string): Promise<Finding> {
  const what = 'Control socket'
  let path: string
  try {
    path = checkSocketPath(given)
  } catch (thrown) {
    return fail(what, coerceError(thrown).message, OTHER_SOCKET)
  }
  const folder = dirname(path)
  const trouble = await judgeFolder(folder)
  if (trouble !== undefined) return fail(what, `${path}: ${trouble}`, OTHER_SOCKET)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return ok(what, path)
  if (!found.isSocket()) return fail(what, `${path} is there and is no socket`, `remove it, or ${OTHER_SOCKET}`)
  const answer = await probe(path)
  if (answer === 'ECONNREFUSED') return ok(what, `${path}; what a dead daemon left there will be replaced`)
  return fail(what, `${path} belongs to a running daemon`, `stop it, or ${OTHER_SOCKET}`)
}

/** Whether the process id can be kept there. Makes nothing. */
export async function checkPidFile(given: string): Promise<Finding> {
  const what = 'PID file'
  const next = 'choose another path with --pid'
  const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : resolve(given)
  const folder = dirname(path)
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable) return fail(what, `${folder} is no folder that we may write to`, next)
  const { state, ...rest } = await readPidFile(path)
  switch (state) {
    case 'none':
      return ok(what, path)
    case 'stale':
      return ok(what, `${path}; what a dead process left there will be replaced`)
    case 'held':
      return fail(what, `${path} names process ${'pid' in rest ? rest.pid : '?'}, which runs`, `stop it, or ${next}`)
    case 'foreign':
      return fail(what, `${path} holds something else than a process id`, `remove it, or ${next}`)
  }
}

// The folder, or the nearest one above it, in which it would be made.
async function judgeFolder(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) {
    const parent = dirname(folder)
    return parent === folder ? 'there is no folder' : judgeParent(parent)
  }
  const uid = ownUid()
  if (found.uid !== uid) return `the folder belongs to uid ${found.uid}; expected uid ${uid}`
  if (!found.isSymbolicLink() && !found.isDirectory()) return `${folder} is no folder`
  if (!found.isSymbolicLink() && (found.mode & 0o022) !== 0)
    return `others may write to the folder: chmod go-w ${folder}`
  return (await mayWrite(folder)) ? undefined : `nothing can be made in ${folder}`
}

async function judgeParent(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined && dirname(folder) !== folder) return judgeParent(dirname(folder))
  return (await mayWrite(folder)) ? undefined : `nothing can be made in ${folder}`
}

function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (answer: string): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PROBE_LIMIT_MS, () => end('timeout'))
    socket.once('connect', () => end('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}
