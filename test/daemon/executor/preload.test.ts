import { join } from 'node:path'
import t from 'tap'
import { job, startExecutor, taskPath } from './start.js'

void t.test('modules of the task paths, files and installed packages are loaded before ready', async (t) => {
  const executor = await startExecutor(t, {
    preload: ['shop.cart', join(taskPath, 'single.cjs'), 'fastest-levenshtein'],
  })
  await executor.hear('ready')
  executor.run(job('1', 'shop.cart:default'))
  t.match(await executor.result('e-1'), { outcome: 'ok' })
})

void t.test('a module that does not load is fatal and named', async (t) => {
  const broken = await startExecutor(t, { preload: ['broken'] })
  t.match(await broken.hear('fatal'), {
    message: 'the preload module "broken" does not load',
    traceback: /Caused by: SyntaxError: this module never loads/,
  })
  t.match(await broken.ended, { code: 1 })
  t.notOk(broken.heard.some((message) => message.type === 'ready'))

  const stray = await startExecutor(t, { preload: ['stray'] })
  t.match(await stray.hear('fatal'), { message: 'thrown by nobody in particular' })

  const missing = await startExecutor(t, { preload: ['no-such-thing'] })
  t.match(await missing.hear('fatal'), { message: /"no-such-thing" is neither a module of the task paths/ })
})
