import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { faultCodes, standardFaults } from '../../../daemon/control/faults.js'
import { DRAIN_PROGRESS } from '../../../daemon/control/operations.js'
import type { Method } from '../../../daemon/control/method.js'
import { methodNames, methods } from '../../../daemon/control/protocol.js'
import { eventTypes } from '../../../daemon/events/event.js'
import { runProgram } from '../../helpers/daemon.js'
import { compiledRoot, projectRoot } from '../../helpers/paths.js'

const page = readFileSync(join(projectRoot, 'docs', 'control-socket.md'), 'utf8')
const cells = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

t.test('docs/control-socket.md lists every method with its parameters, and no other', (t) => {
  const listed = cells.filter(([, changes]) => changes === 'yes' || changes === 'no')
  t.same(
    listed.map(([name]) => name),
    methodNames.map((name) => `\`${name}\``),
  )
  methodNames.forEach((name, i) => {
    const { changes, params }: Method = methods[name]
    t.equal(listed[i]?.[1], changes ? 'yes' : 'no', name)
    const named = [...(listed[i]?.[2] ?? '').matchAll(/`(\w+)` \(/g)].map((match) => match[1])
    t.same(named, Object.keys(params.shape), name)
  })
  t.match(page, DRAIN_PROGRESS)
  t.end()
})

t.test('C1: what is generated in the page is current', async (t) => {
  const script = join(projectRoot, 'scripts', 'docs-socket.mjs')
  const { code, stderr } = await runProgram(process.execPath, [script, '--check', '--from', compiledRoot])
  t.equal(code, 0, stderr)
})

t.test('the page lists every event', (t) => {
  t.same(
    cells.filter(([type, text]) => Object.hasOwn(eventTypes, type?.slice(1, -1) ?? '') && text !== undefined),
    Object.entries(eventTypes).map(([type, text]) => [`\`${type}\``, text]),
  )
  t.end()
})

t.test('and every fault with its number, and no other', (t) => {
  const faults = [
    ...Object.values(standardFaults).map(({ code, name }) => [
      String(code),
      name === undefined ? '(none)' : `\`${name}\``,
    ]),
    ...Object.entries(faultCodes).map(([name, code]) => [String(code), `\`${name}\``]),
  ]
  t.same(
    cells.filter(([number]) => /^-32\d{3}$/.test(number ?? '')).map(([number, name]) => [number, name]),
    faults,
  )
  t.end()
})
