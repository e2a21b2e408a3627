import { lookAtEveryPage } from './look.js'

lookAtEveryPage('dark')
