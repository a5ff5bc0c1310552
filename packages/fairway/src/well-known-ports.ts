/** TCP ports of a center, by which other hosts reach it. */

/** Of the API, where nobody says otherwise. */
export const apiPort = 6640;

/** Of OVN's Southbound: OVN's own (ovn-sbctl(8)). */
export const southboundPort = 6642;
