/** How a thread is told from a command: nobody else has a parent to answer to. */
export const secondThreadMark = '--second-thread';
