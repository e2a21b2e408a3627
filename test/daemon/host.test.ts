import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { isProvedDead, ownIdentity, startTicks } from '../../daemon/host.js'

const here = { host: 'box', bootId: 'boot-1', pidNamespace: 'pid:[1]', pid: 100, startTicks: '5000' }
const dead = { ...here, pid: 42, startTicks: '1234' }

t.test('a process is proved dead where nobody has its pid, or somebody who started at another time', async (t) => {
  t.equal(
    isProvedDead(dead, here, () => null),
    true,
  )
  t.equal(
    isProvedDead(dead, here, () => '9999'),
    true,
  )
  t.equal(
    isProvedDead(dead, here, () => '1234'),
    false,
    'it is still there',
  )
})

t.test('a process that /proc hides is not proved dead: its pid is there, and nothing tells whose it is', async (t) => {
  const nothing = (): null => null
  t.equal(
    isProvedDead(dead, here, nothing, () => true),
    false,
  )
  t.equal(
    isProvedDead(dead, here, nothing, () => false),
    true,
  )
})

t.test('after a boot of the machine everything from before is dead, whoever has the pid now', async (t) => {
  t.equal(
    isProvedDead({ ...dead, bootId: 'boot-0' }, here, () => '1234'),
    true,
  )
})

t.test('nothing is proved on another host, in another pid namespace, or without the facts', async (t) => {
  for (const record of [
    { ...dead, host: 'other' },
    { ...dead, pidNamespace: 'pid:[2]' },
    { ...dead, pidNamespace: null },
    { ...dead, bootId: null },
    { ...dead, startTicks: null },
  ]) {
    t.equal(
      isProvedDead(record, here, () => null),
      false,
      JSON.stringify(record),
    )
  }
  t.equal(
    isProvedDead(dead, { ...here, bootId: null }, () => null),
    false,
  )
})

t.test('this very process is alive, and one that has ended is not', async (t) => {
  const identity = ownIdentity()
  t.equal(isProvedDead(identity, identity), false)
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  const pid = child.pid!
  const record = { ...identity, pid, startTicks: startTicks(pid) }
  t.equal(isProvedDead(record, identity), false)
  await once(child, 'exit')
  t.equal(isProvedDead(record, identity), true)
})
