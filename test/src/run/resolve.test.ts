import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { FunctionResolver } from '../../../src/run/resolve.js'
import { taskPath } from '../../daemon/executor/start.js'

let monoMs = 0
const clock = { epochMs: () => 0, monoMs: () => monoMs }

async function call(resolver: FunctionResolver, name: string, ...args: unknown[]): Promise<unknown> {
  const { call, owner } = await resolver.resolve(name)
  return await Reflect.apply(call, owner, args)
}

function scratch(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'rqd-tasks-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

void t.test('every form of name finds its function', async (t) => {
  const resolver = new FunctionResolver([taskPath], clock)
  const forms: [string, unknown[], unknown][] = [
    ['arithmetic.add', [1, 2], 3],
    ['arithmetic:add', [1, 2], 3],
    ['shop.open', [], 'open'],
    ['shop.orders.mail-out.send', ['you'], 'sent to you'],
    ['shop.orders.mail-out:send', ['you'], 'sent to you'],
    ['shop.cart.Cart.total', [1, 4], 6],
    ['shop.cart:Cart.total', [10], 12],
    ['shop.cart:nested.deep.hello', [], 'hello'],
    ['shop.cart:default', [], 'by default'],
    ['legacy.double', [4], 8],
    ['legacy:triple', [4], 12],
    ['single:default', [], 'single'],
  ]
  for (const [name, args, expected] of forms) t.equal(await call(resolver, name, ...args), expected, name)
  t.equal(resolver.cached('arithmetic.add'), await resolver.resolve('arithmetic.add'))
})

void t.test('what cannot be called is refused with the reason and the next step', async (t) => {
  const resolver = new FunctionResolver([taskPath], clock)
  const refusals: [string, RegExp][] = [
    ['arithmetic.ad', /module found at .*arithmetic\.mjs, but it exports .*add.*did you mean 'add'\?; export it/],
    ['arithmetics.add', /no such module: looked for arithmetics\{\.js,.*did you mean 'arithmetic'\?.*--path/],
    ['shop.orders.mail-ot.send', /did you mean 'shop\.orders\.mail-out'/],
    ['arithmetic.answer', /is a number, not a function/],
    ['arithmetic.answer.toFixed', /answer of .* is a number and has no toFixed/],
    ['shop.cart.Cart', /is a class: name one of its static methods/],
    ['shop.cart.Cart.checkout', /method of instances: only static methods/],
    ['shop.cart.Cart.totl', /did you mean 'total'/],
    ['shop.cart.Cart.call', /Cart of .* has (tax, total|total, tax), and no call/],
    ['arithmetic.add.constructor', /"constructor" cannot name an export/],
    ['arithmetic.__proto__.x', /"__proto__" cannot name/],
    ['arithmetic:toString', /no toString/],
    ['node_modules.x.f', /"node_modules" cannot name a module/],
    ['.hidden.f', /"" cannot name a module/],
    ['../arithmetic:add', /cannot name a module/],
    ['shop/cart:default', /"shop\/cart" cannot name a module/],
    ['a\0b.c', /cannot name a module/],
    ['print', /a name needs a module and a function/],
    ['', /a name needs a module and a function/],
    [':add', /"" cannot name a module/],
    ['arithmetic:', /"" cannot name an export/],
    ['x'.repeat(600) + '.f', /at most 512/],
    ['os.system', /no such module/],
    ['fs.rmSync', /no such module/],
    ['child_process.exec', /no such module/],
  ]
  for (const [name, message] of refusals) {
    await t.rejects(resolver.resolve(name), { code: 'RQD_UNKNOWN_FUNCTION', message }, name.slice(0, 40))
  }
  await t.rejects(new FunctionResolver([], clock).resolve('a.b'), { message: /there is no task path/ })
})

void t.test('a module that throws while it loads gives its own error', async (t) => {
  await t.rejects(new FunctionResolver([taskPath], clock).resolve('broken.never'), {
    name: 'SyntaxError',
    message: 'this module never loads',
  })
})

void t.test('an error of syntax names its file', async (t) => {
  const folder = scratch(t)
  writeFileSync(join(folder, 'odd.mjs'), 'export const = 5')
  await t.rejects(new FunctionResolver([folder], clock).resolve('odd.f'), { name: 'SyntaxError', stack: /odd\.mjs/ })
})

void t.test('task paths come in order, and a missing one is passed over', async (t) => {
  const folder = scratch(t)
  writeFileSync(join(folder, 'arithmetic.mjs'), 'export const add = () => "mine"')
  t.equal(await call(new FunctionResolver(['/nowhere', folder, taskPath], clock), 'arithmetic.add', 1, 2), 'mine')
  t.equal(await call(new FunctionResolver([taskPath, folder], clock), 'arithmetic.add', 1, 2), 3)
})

void t.test('links may not lead out of a task path, whole task paths may be links', async (t) => {
  const folder = scratch(t)
  mkdirSync(join(folder, 'tasks'))
  cpSync(join(taskPath, 'arithmetic.mjs'), join(folder, 'outside.mjs'))
  symlinkSync(join(folder, 'outside.mjs'), join(folder, 'tasks/escape.mjs'))
  symlinkSync(folder, join(folder, 'tasks/up'))
  symlinkSync(taskPath, join(folder, 'current'))
  const resolver = new FunctionResolver([join(folder, 'tasks')], clock)
  await t.rejects(resolver.resolve('escape.add'), {
    code: 'RQD_UNKNOWN_FUNCTION',
    message: /not among the files of the task path/,
  })
  await t.rejects(resolver.resolve('up.outside.add'), { code: 'RQD_UNKNOWN_FUNCTION', message: /not among the files/ })
  t.equal(await call(new FunctionResolver([join(folder, 'current')], clock), 'arithmetic.add', 1, 2), 3)
})

void t.test('a failed lookup is believed for a second only', async (t) => {
  const folder = scratch(t)
  const resolver = new FunctionResolver([folder], clock)
  await t.rejects(resolver.resolve('late.f'), { code: 'RQD_UNKNOWN_FUNCTION' })
  writeFileSync(join(folder, 'late.mjs'), 'export const f = () => "deployed"')
  await t.rejects(resolver.resolve('late.f'), { code: 'RQD_UNKNOWN_FUNCTION' })
  monoMs += 1_001
  t.equal(await call(resolver, 'late.f'), 'deployed')
})

void t.test('a found function needs its file no more', async (t) => {
  const folder = scratch(t)
  const resolver = new FunctionResolver([folder], clock)
  writeFileSync(join(folder, 'once.mjs'), 'export const f = () => "kept"')
  await resolver.resolve('once.f')
  rmSync(join(folder, 'once.mjs'))
  t.equal(await call(resolver, 'once.f'), 'kept')
})
