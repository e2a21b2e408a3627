import t from 'tap'
import { compileCacheFolder } from '../../daemon/compile-cache.js'

t.test('the cache lies where only this user writes', async (t) => {
  t.equal(compileCacheFolder({}, '/home/u'), '/home/u/.cache/rqd')
  t.equal(compileCacheFolder({ XDG_CACHE_HOME: '/c' }, '/home/u'), '/c/rqd')
  t.equal(compileCacheFolder({ CACHE_DIRECTORY: '/var/cache/rqd:/x', XDG_CACHE_HOME: '/c' }, '/'), '/var/cache/rqd')
  t.equal(compileCacheFolder({ CACHE_DIRECTORY: '', XDG_CACHE_HOME: '' }, '/home/u'), '/home/u/.cache/rqd')
})
