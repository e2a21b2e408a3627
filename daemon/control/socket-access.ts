import { readFile } from 'node:fs/promises'
import { RqdError } from '../../src/errors.js'

/** Who may connect to a socket: its mode, and the group that it belongs to (null: that of this process). */
export interface SocketAccess {
  readonly mode: number
  readonly groupId: number | null
}

/** Only the user of the daemon, and root. */
export const ownerOnly: SocketAccess = { mode: 0o600, groupId: null }

const GROUPS_FILE = '/etc/group'

/**
 * What the options about a socket mean. `mode`: octal text such as `0660`; without it 0600, or 0660 where a group is named.
 * `group`: a name or a number.
 * @throws RqdError RQD_BAD_OPTION if there is no such group. `option`: as which the group was given.
 */
export async function socketAccess(
  mode: string | undefined,
  group: string | undefined,
  option: string,
): Promise<SocketAccess> {
  const bits = parseInt(mode ?? (group === undefined ? '0600' : '0660'), 8)
  return { mode: bits, groupId: group === undefined ? null : await groupIdOf(group, option) }
}

/** Who these are, for a log line. `uid`: of the daemon. */
export function describeAccess({ mode, groupId }: SocketAccess, uid: number): string {
  if ((mode & 0o002) !== 0) return 'a process of any user'
  const group = (mode & 0o020) === 0 ? '' : `, of ${groupId === null ? "the daemon's group" : `gid ${groupId}`}`
  return `a process of uid ${uid}${group} or root`
}

/** Whether others than the owner may connect. */
export function isShared({ mode }: SocketAccess): boolean {
  return (mode & 0o066) !== 0
}

async function groupIdOf(group: string, option: string): Promise<number> {
  if (/^\d{1,10}$/.test(group)) return Number(group)
  const lines = (await readFile(GROUPS_FILE, 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  const id = lines.find(([name]) => name === group)?.[2]
  if (id !== undefined) return Number(id)
  throw new RqdError(
    'RQD_BAD_OPTION',
    `${option} is ${JSON.stringify(group)}: ${GROUPS_FILE} has no such group; create it with "groupadd ${group}", or give the number of one that is kept elsewhere`,
  )
}
