import { useStore } from 'zustand';

import { useStudio } from '../app/studio.ts';

/** Whether keys are written as on a Mac. In the browser it is the system of the page that counts, not of the host. */
export function useIsMac(): boolean {
  const shell = useStore(useStudio().host.info);
  return shell?.shell === 'electron' ? shell.platform === 'darwin' : navigator.userAgent.includes('Mac OS');
}
