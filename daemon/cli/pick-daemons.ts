import { RqdError } from '../../src/errors.js'
import type { DaemonDocument } from '../data/daemons.js'

/**
 * The daemons that names (or ids of leases) mean; all if there are none. One that has died counts only where no living
 * one has the name. `tenant`: whose daemons these are, if they are one's.
 * @throws RqdError RQD_UNREACHABLE if there are no daemons at all, RQD_NO_SUCH_DAEMON for a name that none has
 */
export function pickDaemons(
  daemons: readonly DaemonDocument[],
  names: readonly string[],
  tenant?: string,
): DaemonDocument[] {
  if (daemons.length === 0) {
    const [whose, other] =
      tenant === undefined ? ['', ''] : [` for tenant ${tenant}`, ', or another tenant with --tenant']
    const text = `there is no rqd daemon${whose} on this Redis; name another Redis with --url${other}`
    throw new RqdError('RQD_UNREACHABLE', text)
  }
  if (names.length === 0) return [...daemons]
  const picked = new Set<DaemonDocument>()
  for (const wanted of names) {
    const fitting = daemons.filter(({ name, supervisor }) => name === wanted || supervisor === wanted)
    const living = fitting.filter(({ alive }) => alive)
    if (fitting.length === 0) {
      const there = [...new Set(daemons.map(({ name }) => name))].join(', ')
      const text = `no daemon of this Redis is called ${JSON.stringify(wanted)}; there are ${there}`
      throw new RqdError('RQD_NO_SUCH_DAEMON', text)
    }
    for (const each of living.length > 0 ? living : fitting) picked.add(each)
  }
  return daemons.filter((each) => picked.has(each))
}
