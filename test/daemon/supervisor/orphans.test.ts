import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { killOrphans } from '../../../daemon/supervisor/orphans.js'

const idle = ['-e', 'setInterval(() => undefined, 1000)']

t.test('processes of a dead daemon are ended, frozen ones too; all others are left alone', async (t) => {
  const [ours, theirs] = [randomUUID(), randomUUID()]
  const start = (daemonId: string): ReturnType<typeof spawn> => {
    const child = spawn(process.execPath, idle, { stdio: 'ignore', env: { ...process.env, RQD_DAEMON: daemonId } })
    t.teardown(() => child.kill('SIGKILL'))
    return child
  }
  const [running, frozen, other] = [start(ours), start(ours), start(theirs)]
  const gone = Promise.all([once(running, 'exit'), once(frozen, 'exit')])
  frozen.kill('SIGSTOP')
  t.same((await killOrphans(ours)).sort(), [running.pid, frozen.pid].sort())
  await gone
  t.equal(other.exitCode, null)
  t.equal(other.signalCode, null)
  t.same(await killOrphans(randomUUID()), [], 'nobody has this mark')
})
