import { lookAtEveryPage } from './look.js'

lookAtEveryPage('light')
