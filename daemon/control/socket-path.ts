import { lstat, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RqdError, coerceError } from '../../src/errors.js'

/** Longest path of a Unix socket on Linux, bytes. */
export const MAX_SOCKET_PATH_BYTES = 107

/**
 * Where the control socket lies unless told otherwise: `rqd.sock` in systemd's `$RUNTIME_DIRECTORY`, else
 * `rqd/rqd.sock` in `$XDG_RUNTIME_DIR`, else `/tmp/rqd-$UID/rqd.sock`.
 */
export function defaultSocketPath(env: Readonly<Record<string, string | undefined>>, uid: number = ownUid()): string {
  // systemd joins several folders with colons; the first is the unit's own.
  const runtime = env['RUNTIME_DIRECTORY']?.split(':')[0]
  if (runtime !== undefined && runtime !== '') return join(runtime, 'rqd.sock')
  const session = env['XDG_RUNTIME_DIR']
  if (session !== undefined && session !== '') return join(session, 'rqd', 'rqd.sock')
  return `/tmp/rqd-${uid}/rqd.sock`
}

/** Where a daemon that systemd runs has its socket (contrib/systemd/rqd.service). */
export const SERVICE_SOCKET_PATH = '/run/rqd/rqd.sock'

/** The user that this process acts as; 0 where the system has no such numbers. */
export function ownUid(): number {
  return process.geteuid?.() ?? 0
}

/** The path made absolute. @throws RqdError RQD_BAD_OPTION if no socket can have it. */
export function checkSocketPath(path: string): string {
  const full = resolve(path)
  const bytes = Buffer.byteLength(full)
  if (path === '' || path.includes('\0')) {
    throw new RqdError('RQD_BAD_OPTION', `control socket path ${JSON.stringify(path)}: expected the path of a file`)
  }
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    throw new RqdError(
      'RQD_BAD_OPTION',
      `control socket path ${full} has ${bytes} bytes; expected at most ${MAX_SOCKET_PATH_BYTES}: choose a shorter one with --socket`,
    )
  }
  return full
}

/**
 * Make the folder of a socket, mode 0700 (`shared`, for a socket that others may use: 0755), or check the one that is
 * there: whoever may write to it could replace the socket by their own.
 * @throws RqdError RQD_BAD_OPTION if it is not ours alone to write to.
 * @returns whether others can reach what lies in it.
 */
export async function ensureSocketFolder(
  socketPath: string,
  { shared = false, uid = ownUid() }: { shared?: boolean; uid?: number } = {},
): Promise<boolean> {
  const folder = dirname(socketPath)
  try {
    await mkdir(folder, { recursive: true, mode: shared ? 0o755 : 0o700 })
  } catch (thrown) {
    throw badFolder(folder, `cannot be made: ${coerceError(thrown).message}`, thrown)
  }
  const link = await lstat(folder)
  const target = await stat(folder)
  if (!target.isDirectory()) throw badFolder(folder, 'is no folder')
  for (const { uid: owner } of [link, target]) {
    if (owner !== uid)
      throw badFolder(folder, `belongs to uid ${owner}; expected uid ${uid}, as which this process runs`)
  }
  if ((target.mode & 0o022) !== 0) {
    const mode = (target.mode & 0o7777).toString(8).padStart(4, '0')
    throw badFolder(folder, `has mode ${mode}, so others may write to it; expected 0700 or 0755: chmod go-w ${folder}`)
  }
  return (target.mode & 0o011) !== 0
}

function badFolder(folder: string, found: string, cause?: unknown): RqdError {
  const options = cause === undefined ? {} : { cause }
  return new RqdError('RQD_BAD_OPTION', `the folder of the control socket, ${folder}, ${found}`, options)
}
