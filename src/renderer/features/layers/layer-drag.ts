/** What a layer carries while it is dragged: its id. */
export const layerType = 'application/x-ovis-layer';
