import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../helpers/paths.js'
import { loadScript } from './load.js'

const { compiledTest, findTests, imports } = await loadScript<{
  findTests(wanted: string[], folder?: string): string[]
  compiledTest(source: string): string
  imports(source: string, wanted: string): boolean
}>('test-files')

const own = join(projectRoot, 'test/scripts/test-files.test.ts')

t.test('finds all tests, those of a folder, or one', (t) => {
  const all = findTests([])
  t.ok(all.includes(own))
  const folder = findTests([join(projectRoot, 'test/scripts')])
  t.ok(folder.length > 1 && folder.length < all.length && folder.includes(own))
  t.same(findTests([own]), [own])
  t.same(findTests([own, join(projectRoot, 'test/scripts')]), folder, 'each once')
  t.end()
})

t.test('refuses what is no test', (t) => {
  t.throws(() => findTests(['test/scripts/nothing.test.ts']), { message: /nothing\.test\.ts is no test/ })
  t.throws(() => findTests([join(projectRoot, 'test/script')]), { message: /is no test/ }, 'half a name')
  t.end()
})

t.test('knows where a test is compiled to', (t) => {
  t.equal(compiledTest(own), 'build/test/scripts/test-files.test.js')
  t.end()
})

t.test('sees what a test imports, also through its helpers', (t) => {
  t.ok(imports(join(projectRoot, 'test/examples/enqueue.test.ts'), 'helpers/redis'))
  t.notOk(imports(own, 'helpers/redis'))
  t.ok(imports(join(projectRoot, 'test/helpers/python.ts'), 'helpers/redis'))
  t.end()
})
