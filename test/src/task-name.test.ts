import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { pathToFileURL } from 'node:url'
import { compileFunction } from 'node:vm'
import t from 'tap'
import { nameOfFunction, type TaskFunction } from '../../src/task-name.js'
import { compiledRoot, projectRoot } from '../helpers/paths.js'

const tasks = join(projectRoot, 'test/fixtures/tasks')

type Exports = Record<string, TaskFunction>

async function load(file: string): Promise<Exports & { default: unknown }> {
  return (await import(pathToFileURL(join(tasks, file)).href)) as Exports & { default: unknown }
}

const name = (fn: TaskFunction | undefined, paths: readonly string[] = [tasks]): Promise<string> =>
  nameOfFunction(fn!, paths)

void t.test('an exported function is named by its module and export', async (t) => {
  const arithmetic = await load('arithmetic.mjs')
  t.equal(await name(arithmetic['add']), 'arithmetic.add')
  t.equal(await name(arithmetic['addLater']), 'arithmetic.addLater')
  t.equal(await name(arithmetic['nothing']), 'arithmetic.nothing')
  t.equal(await name(arithmetic['add']), 'arithmetic.add', 'also the second time')
})

void t.test('a nested package is named in dots; an index file by its folder', async (t) => {
  t.equal(await name((await load('shop/orders/mail-out.mjs'))['send']), 'shop.orders.mail-out.send')
  t.equal(await name((await load('shop/index.mjs'))['open']), 'shop.open')
})

void t.test('a static method is named by its class, a default export by "default"', async (t) => {
  const cart = (await load('shop/cart.mjs')) as unknown as { Cart: { total: TaskFunction }; default: TaskFunction }
  t.equal(await name(cart.Cart.total), 'shop.cart.Cart.total')
  t.equal(await name(cart.default), 'shop.cart:default')
})

void t.test('exports of CommonJS modules are named as others', async (t) => {
  const legacy = (await load('legacy.cjs')).default as Exports
  t.equal(await name(legacy['double']), 'legacy.double')
  t.equal(await name(legacy['triple']), 'legacy.triple')
  t.equal(await name((await load('single.cjs')).default as TaskFunction), 'single:default')
})

void t.test('the name depends on the task path, also for a function that was named before', async (t) => {
  const { send } = await load('shop/orders/mail-out.mjs')
  t.equal(await name(send), 'shop.orders.mail-out.send')
  t.equal(await name(send, [join(tasks, 'shop')]), 'orders.mail-out.send')
  t.equal(await name(send, [join(tasks, 'shop/orders'), tasks]), 'mail-out.send', 'the first that holds it')
  await t.rejects(name(send, [join(tasks, 'nowhere')]), { code: 'RQD_UNNAMED_FUNCTION' })
})

void t.test('a task path may be a link', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rqd-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  symlinkSync(tasks, join(folder, 'link'))
  t.equal(await name((await load('arithmetic.mjs'))['add'], [join(folder, 'link')]), 'arithmetic.add')
})

void t.test('what has no name is refused, with the reason and what to do', async (t) => {
  const { nested } = (await load('shop/cart.mjs')) as unknown as { nested: { deep: { hello: TaskFunction } } }
  const { Cart } = (await load('shop/cart.mjs')) as unknown as { Cart: { prototype: { checkout: TaskFunction } } }
  const { add } = await load('arithmetic.mjs')
  const { unserialisable } = (await load('arithmetic.mjs')) as unknown as { unserialisable: () => TaskFunction }
  const advice =
    /; export it by name from a module below a task path \(Queue option taskPaths\), or enqueue it as text: "module\.function"$/
  for (const [fn, why] of [
    [nested.deep.hello, /cart\.mjs does not export it, nor a class with it as static method/],
    [Cart.prototype.checkout, /cart\.mjs does not export it/],
    [unserialisable(), /cannot enqueue an anonymous function: .*arithmetic\.mjs does not export it/],
    [add!.bind(null), /cannot enqueue the function "bound add": no file defines it/],
    [Math.max, /the function "max": no file defines it \(it is native, bound, or made at run time\)/],
    [compileFunction('return 1') as TaskFunction, /no file defines it/],
  ] as const) {
    await t.rejects(name(fn), { code: 'RQD_UNNAMED_FUNCTION', message: why })
    await t.rejects(name(fn), { message: advice })
  }
  await t.rejects(name(add, [join(tasks, 'shop')]), {
    message: /arithmetic\.mjs is not below a task path \(.*shop\); /,
  })
})

void t.test('a function of the script that runs now is refused: workers would run the script', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rqd-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const script = join(folder, 'enqueue.mjs')
  const module = pathToFileURL(join(compiledRoot, 'src/task-name.js')).href
  writeFileSync(
    script,
    `import { nameOfFunction } from ${JSON.stringify(module)}
export function task() {}
await nameOfFunction(task, [${JSON.stringify(folder)}]).then(console.log, (error) => console.log(error.code, error.message))
`,
  )
  const { stdout } = spawnSync(execPath, [script], { encoding: 'utf8', timeout: 60_000 })
  t.match(stdout, /^RQD_UNNAMED_FUNCTION cannot enqueue the function "task": it is defined in the script that runs now/)
  t.end()
})

void t.test('naming leaves nothing behind', async (t) => {
  const before = Object.getOwnPropertyNames(globalThis)
  await name((await load('thrower.mjs'))['fail'])
  t.strictSame(Object.getOwnPropertyNames(globalThis), before)
})
