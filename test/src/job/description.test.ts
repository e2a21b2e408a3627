import t from 'tap'
import { decodeCall } from '../../../src/job/call.js'
import { describeCall } from '../../../src/job/description.js'
import { goldenJobs, goldenNames, loadGolden } from '../../helpers/golden.js'

void t.test('describes calls as RQ does', (t) => {
  t.equal(describeCall('mod.f', [], {}), 'mod.f()')
  t.equal(describeCall('mod.f', [1, 'a', null], { b: 2, a: true }), "mod.f(1, 'a', None, a=True, b=2)")
  t.end()
})

void t.test('cuts each argument to 75 characters', (t) => {
  t.equal(describeCall('f', ['x'.repeat(100)], {}), `f('${'x'.repeat(74)}...)`)
  t.equal(describeCall('f', ['x'.repeat(73)], {}), `f('${'x'.repeat(73)}')`)
  t.equal(describeCall('f', ['😀'.repeat(100)], {}), `f('${'😀'.repeat(74)}...)`)
  t.equal(describeCall('f', [Array.from({ length: 1e6 }, () => 1)], {}), `f([${'1, '.repeat(24)}1,...)`)
  const circle: unknown[] = []
  circle.push(circle)
  t.equal(describeCall('f', [circle], {}), `f(${'['.repeat(75)}...)`)
  t.end()
})

void t.test('gives the description of every captured job that had the default one', (t) => {
  let seen = 0
  for (const name of goldenNames()) {
    for (const [id, fields] of goldenJobs(loadGolden(name))) {
      const [data, description] = [fields.get('data'), fields.get('description')?.toString()]
      if (data === undefined || description === undefined || id === 'method-1' || id === 'opt-1') continue
      const { func, args, kwargs } = decodeCall(data)
      t.equal(describeCall(func, args, kwargs), description, `${name}, ${id}`)
      seen++
    }
  }
  t.ok(seen > 40)
  t.end()
})
