import t from 'tap'
import { ServiceTime } from '../../../daemon/tenants/service-time.js'

t.test('time goes on with every place that is held, by weight', (t) => {
  const common = { virtualMs: 0 }
  const light = new ServiceTime(1, common, 1_000)
  const heavy = new ServiceTime(2, common, 1_000)
  for (const each of [light, heavy]) each.change(3, 1_000)
  t.equal(light.at(1_010), 30)
  t.equal(heavy.at(1_010), 15)
  light.change(-2, 1_010)
  t.equal(light.load, 1)
  t.equal(light.at(1_020), 40)
  t.end()
})

t.test('who comes back begins where those are who were served meanwhile', (t) => {
  const common = { virtualMs: 0 }
  const busy = new ServiceTime(1, common, 0)
  const idle = new ServiceTime(1, common, 0)
  busy.change(1, 0)
  busy.served(500)
  idle.comesBack(600)
  t.equal(idle.at(600), 500)
  t.end()
})

t.test('who comes back keeps what it has had beyond the others', (t) => {
  const common = { virtualMs: 0 }
  const greedy = new ServiceTime(1, common, 0)
  const modest = new ServiceTime(1, common, 0)
  greedy.change(4, 0)
  greedy.change(-4, 100)
  modest.change(1, 0)
  modest.served(100)
  greedy.comesBack(200)
  t.equal(greedy.at(200), 400)
  t.end()
})

t.test('parts of places that were added and taken away leave nothing', (t) => {
  const time = new ServiceTime(1, { virtualMs: 0 }, 0)
  for (let i = 0; i < 30; i++) time.change(0.1, i)
  for (let i = 0; i < 30; i++) time.change(-0.1, 30 + i)
  t.ok(time.load >= 0 && time.load < 1e-9)
  t.end()
})
