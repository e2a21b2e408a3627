import t from 'tap'
import { listModules } from '../../../daemon/check/task-modules.js'

t.test('modules are listed as jobs name them, and nothing that jobs cannot name', async (t) => {
  const folder = t.testdir({
    'mail.mjs': '',
    'mail.test.mjs': '',
    'notes.txt': '',
    '.hidden.js': '',
    node_modules: { pkg: { 'index.js': '' } },
    shop: { 'index.mjs': '', 'cart.js': '', orders: { 'refund.cjs': '' } },
  })
  t.same(await listModules(folder), ['mail', 'shop.cart', 'shop', 'shop.orders.refund'])
})
