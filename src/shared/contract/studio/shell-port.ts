/**
 * @file How a window of Electron comes by its connection. There is no web server there: the page asks for a MessagePort by
 * `postMessage(portWanted)` to its own window, and gets it by a message `portGiven` with the port. It may ask again, and
 * then the port before is closed.
 */

/** Of the page in Electron; in a browser it is `http:` or `https:`. */
export const appProtocol = 'studio:';

/** Where the page is in Electron. */
export const appOrigin = `${appProtocol}//app`;

export const portWanted = 'studio-port-wanted';
export const portGiven = 'studio-port-given';
