/**
 * Runs arbitrary Linux processes as jobs: isolated, limited, observable, and independent of the
 * life of the process that started them. Begin at {@link Worker}. Knows no network, no certificates
 * and no roles.
 */
@NullMarked
package dev.jobd.worker;

import org.jspecify.annotations.NullMarked;
